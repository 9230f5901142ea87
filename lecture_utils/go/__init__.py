"""Go: rules, AlphaGo's input planes, records, and policy networks. Lesson 8. Nothing here needs TensorFlow by name."""
