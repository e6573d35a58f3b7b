"""The parts of `training/evaluate.py`: judges, measures, the speakers that are judged, and the report."""
