import os

from qdrant_client import QdrantClient


class QdrantStore:
    def __init__(self, host: str, port: int, api_key: str) -> None:
        self.client = QdrantClient(
            url=f"https://{host}:{port}",
            api_key=api_key,
            timeout=60,
            verify=os.environ["QDRANT_CA_FILE"],  # Also in development: its certificate is signed by our own authority
        )
