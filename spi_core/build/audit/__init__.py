"""Tables that a reviewer asks for: other choices, indicators on trial, the build's own checks."""
