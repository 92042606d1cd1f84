"""A small learned tagger: for every character of a text, how likely it belongs to each kind of personal data.

A few convolutions over characters and word-list features, computed by onnxruntime on the calling thread;
trained by ``deid.training``.
"""
