import os

from qdrant_client import QdrantClient


class QdrantStore:
    def __init__(self, host: str, port: int, api_key: str) -> None:
        environment = os.getenv("ENVIRONMENT", "development")
        self.client = QdrantClient(
            url=f"https://{host}:{port}",
            api_key=api_key,
            timeout=60,
            verify=environment != "development",  # Accept self-signed certs in dev
        )
