"""Checkers for the exercises: one file per lesson, on one small engine.

A checker takes the reader's answer and returns Feedback: right, wrong with a hint, or not answered yet. It never raises
for an answer. Keras is imported only when a checker needs it.
"""
