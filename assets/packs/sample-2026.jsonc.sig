wenbao-pack-ed25519 5f67371db0fcdbe8 vZRXugbZcQE1Dvc4fejdPthC/VHa3Q+m3Ydghl/aLjTpPz3+7/OijJEeUI7dnUUQ16xyMUtGCefPbz/xPcn/Bg==
