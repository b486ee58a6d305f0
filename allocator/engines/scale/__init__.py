"""Engine scale: price-and-dive, Dantzig–Wolfe by space; see docs/explanation/scale-engine.md."""
