"""What the reader reads of a question and a window: whether it answers, by which words, and what follows from it."""
