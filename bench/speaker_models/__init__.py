"""Makes the ONNX files of `scriba/speech/data` that tell speakers apart, from published weights."""
