"""The arithmetic of identifiers, apart from recognition.

Every module offers ``compact``, ``validate``, ``is_valid`` and ``format``, in the manner of python-stdnum.
"""
