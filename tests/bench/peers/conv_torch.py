"""Single 3x3 convolutions in PyTorch (oneDNN): forward, gradient of the input, of the kernel, and
both gradients in one call. Arrangements: `contiguous` and `channels_last`. Job: cases [[name, size,
channels], ...], batch, threads, rounds, calls."""

import torch

import common


def main():
    job = common.read_job()
    torch.set_num_threads(job["threads"])
    torch.set_flush_denormal(True)
    common.say_setup({"torch": torch.__version__})
    form = torch.channels_last if job["arrangement"] == "channels_last" else torch.contiguous_format
    for name, size, channels in job["cases"]:
        shape = (job["batch"], channels, size, size)
        x, g = (torch.rand(shape).sub(0.5).contiguous(memory_format=form) for _ in range(2))
        w = torch.rand(channels, channels, 3, 3).sub(0.5).contiguous(memory_format=form)

        def backward(of_input, of_kernel):
            mask = [of_input, of_kernel, False]
            return torch.ops.aten.convolution_backward(
                g, x, w, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, mask
            )

        parts = {
            "forward": lambda: torch.conv2d(x, w, padding=1),
            "grad_kernel": lambda: backward(False, True),
            "grad_input": lambda: backward(True, False),
            "gradients": lambda: backward(True, True),
        }
        with torch.inference_mode():
            measured = {
                part: common.times_of(work, job["rounds"], job["calls"])
                for part, work in parts.items()
            }
        common.say(case=name, **measured)


main()
