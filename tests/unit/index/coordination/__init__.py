"""Tests of index.coordination."""
