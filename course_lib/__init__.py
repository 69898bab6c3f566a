"""One Neuron Is Enough: width, depth and the ReLU network, as code that a reader can run.

The rooms, in the order data flows (imports only go backwards along this list, and a test says so):
errors, arguments, progress, reader_folder, whole_files, no_grammar, draws, networks, evaluation,
targets, training, sampling, exact, regions, constructions, certificates, golf, minimum_width,
plots, widgets, checks, grading, doctor, copies, lab.
"""

__version__ = "0.1.0"
