/** `{<name>: 1, $db: "admin"}` as one OP_MSG: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
export function mongoCommand(name: string): Buffer {
  const body = Buffer.from(`\u0010${name}\0\u0001\0\0\0\u0002$db\0\u0006\0\0\0admin\0\0`, 'latin1');
  const head = 16 + 4 + 1;
  const message = Buffer.alloc(head + 4 + body.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(1, 4);
  message.writeInt32LE(2013, 12);
  message.writeInt32LE(4 + body.length, head);
  body.copy(message, head + 4);
  return message;
}
