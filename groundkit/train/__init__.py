"""Training: samples to a better model. The only place besides models and tiny that trains."""
