"""How the light vocoder was distilled from HiFi-GAN; see README.md. Run its parts as `python -m vocoder.train`."""
