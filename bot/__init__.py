"""What the engine runs: Rasa components of ours, pure computing but for their model files."""

from bot import blas_kernels

blas_kernels.choose()  # before anything imports numpy
