"""Books become audiobooks: reading a book, dividing it into chapters, speaking it, and writing sound and subtitles."""
