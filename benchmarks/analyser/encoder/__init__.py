"""Makes the encoder of the default engine: MiniLM fine-tuned, distilled, cut, packed. Only this needs torch."""
