"""The models on a device: phonemes become a mel spectrogram, a mel spectrogram becomes a waveform."""
