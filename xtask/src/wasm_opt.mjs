// Optimises WebAssembly in place: `node wasm_opt.mjs GOAL FILE…`, where GOAL is `size` or `speed`. The app has hundreds
// of files, and to start the program wasm-opt for each takes several times as long as the work.
import binaryen from "binaryen";
import { readFileSync, writeFileSync } from "node:fs";

const [goal, ...files] = process.argv.slice(2);
// Size is measured in what is downloaded: `-Oz` is smaller as it is, but larger once compressed.
const { rounds, passes, level, shrink } = {
  size: { rounds: 2, passes: ["flatten", "rereloop"], level: 2, shrink: 1 },
  speed: { rounds: 1, passes: [], level: 3, shrink: 0 },
}[goal];

// What rustc emits by default, and the exceptions of wasm-bindgen's catching imports.
const { Features } = binaryen;
const FEATURES = [
  Features.BulkMemory,
  Features.BulkMemoryOpt,
  Features.CallIndirectOverlong,
  Features.ExceptionHandling,
  Features.Multivalue,
  Features.MutableGlobals,
  Features.NontrappingFPToInt,
  Features.ReferenceTypes,
  Features.SignExt,
].reduce((all, feature) => all | feature);

binaryen.setOptimizeLevel(level);
binaryen.setShrinkLevel(shrink);
// As wasm-opt does at these levels.
binaryen.setGenerateStackIR(true);
binaryen.setOptimizeStackIR(true);

for (const file of files) {
  const module = binaryen.readBinary(readFileSync(file), FEATURES);
  for (let round = 0; round < rounds; round++) {
    module.runPasses(passes);
    module.optimize();
  }
  module.runPasses(["strip-debug", "strip-producers", "strip-target-features"]);
  writeFileSync(file, module.emitBinary());
  module.dispose();
}
