"""What the evaluations of voices share: judges, what they heard, measures of speech, and pictures of it."""
