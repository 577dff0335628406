// A page may send requests only to its engine. All others end in this proxy, and are reported.
//
// A proxy sees what the browser's own tools for tests do not: requests of workers, and those that
// no page waits for.

import { createServer } from "node:http";

export class Trap {
  static async start() {
    const trap = new Trap();
    await new Promise((resolve) => trap.server.listen(0, "127.0.0.1", resolve));
    trap.url = `http://127.0.0.1:${trap.server.address().port}`;
    return trap;
  }

  constructor() {
    this.caught = [];
    this.server = createServer((request, response) => {
      this.caught.push(request.url);
      request.socket.destroy();
      response.destroy();
    });
    this.server.on("connect", (request, socket) => {
      this.caught.push(request.url);
      socket.destroy();
    });
    this.server.on("clientError", (_, socket) => socket.destroy());
  }

  end() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
