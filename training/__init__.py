"""Training and evaluation of the models that the package ships; not needed to run Footnote."""
