"""The process that drives a Ray cluster for a build; nothing else loads Ray."""
