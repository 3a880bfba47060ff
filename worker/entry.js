// What the runtime calls: the handlers in `src/lib.rs`, as wasm-bindgen binds them. After a panic the next call makes the
// WebAssembly anew, which the crate `worker` asks wasm-bindgen for.
import { fetch, queue, scheduled } from "./index.js";

export default { fetch, queue, scheduled };
