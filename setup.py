"""The packages of the distribution: all that lie under demo/, and the folder models/ as text_to_speech.models.

Everything else about the distribution is in pyproject.toml, which can either find packages or list them, but not both.
"""

from setuptools import find_packages, setup

setup(packages=[*find_packages("demo"), "text_to_speech.models"])
