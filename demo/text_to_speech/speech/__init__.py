"""What comes out: speech with its times, and the forms that it is written in, played in and drawn in."""
