"""What calls of models may cost, and cost."""
