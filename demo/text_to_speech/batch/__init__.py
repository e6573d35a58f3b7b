"""Many texts to many files: job lists, the record of what is finished, and workers in processes or on a Ray cluster."""
