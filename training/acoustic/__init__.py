"""The acoustic model of several voices: ForwardTacotron with a vector for the voice."""
