/** Under this name the session holds the open socket. */
export const SOCKET = 'websocket';
