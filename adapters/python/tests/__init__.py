"""Tests of the hooks: python -m unittest, in the folder above."""
