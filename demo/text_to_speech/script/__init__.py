"""What is to be said, and how: plain text and SSML become a script, and a script becomes utterances."""
