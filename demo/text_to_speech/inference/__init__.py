"""The models on a device: phonemes become a mel spectrogram, and a mel spectrogram becomes a waveform."""
