// The API behind the gateway, as small as can be.
import { createServer } from "node:http";

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => response.end("ok"));
});
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
