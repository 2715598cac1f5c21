"""Makes and measures the weights of the small engine; the engine itself is `app.analyser`."""
