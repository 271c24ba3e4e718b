"""Questions that the sources answer, for autocompletion."""
