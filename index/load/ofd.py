def read(data):
    raise NotImplementedError
