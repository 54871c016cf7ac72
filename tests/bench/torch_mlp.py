# The quickstart's model in PyTorch, for comparing times: prints seconds per epoch as JSON.
#   /usr/bin/python3 tests/bench/torch_mlp.py [epochs]      (Debian's python3-torch)
# PyTorch at its best for this machine: one thread, tensors in memory, no data loader, foreach or fused where it exists.
import gzip, json, sys, time
import numpy as np
import torch

torch.set_num_threads(1)
torch.set_flush_denormal(True)
folder = "/usr/share/datasets/fashion-mnist/"
images = np.frombuffer(gzip.open(folder + "train-images-idx3-ubyte.gz").read(), np.uint8, offset=16).reshape(60000, 784)
labels = np.frombuffer(gzip.open(folder + "train-labels-idx1-ubyte.gz").read(), np.uint8, offset=8).astype(np.int64)
x, y = torch.from_numpy(images.astype(np.float32) / 255), torch.from_numpy(labels)
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))
for layer in (model[0], model[2]):
    torch.nn.init.uniform_(layer.weight, -0.05, 0.05)
    torch.nn.init.zeros_(layer.bias)
loss_function = torch.nn.CrossEntropyLoss()
epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
results = {}
for foreach in (False, True):
    optimizer = torch.optim.Adam(model.parameters(), eps=1e-7, foreach=foreach)
    seconds = []
    for _ in range(epochs):
        start = time.perf_counter()
        order = torch.randperm(60000)
        for i in range(0, 60000, 32):
            batch = order[i:i + 32]
            optimizer.zero_grad(set_to_none=True)
            loss = loss_function(model(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
        seconds.append(time.perf_counter() - start)
    results["foreach" if foreach else "for loop"] = seconds
print(json.dumps({"torch": torch.__version__, "threads": 1, "seconds per epoch": results}))
