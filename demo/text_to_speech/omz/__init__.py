"""The tools of the Open Model Zoo for an OpenVINO without Model Optimizer: download, convert, quantize, describe."""
