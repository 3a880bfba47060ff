
// A page is made of dozens of files that it shares with others. Each by itself compresses badly, and asks for a request.
// So what is wanted first comes with all that it needs in one file: a WebAssembly module that is empty but for custom
// sections, of which each holds a file. What is often wanted after another part comes in one file too, which holds what
// that part has not brought. For the rest, what is still missing is fetched one by one.
const loads = new Map();
const there = [];

const fetched = (file) => fetch(new URL(file, import.meta.url));

function bundle(name, bit) {
    const before = there.findLast((other) => BigInt(`0x${AFTER[other] ?? 0}`) & bit);
    if (there.length && !before) return undefined;
    const all = WebAssembly.compileStreaming(fetched(before ? `${before}-${name}.wasm` : `first_${name}.wasm`));
    all.catch(() => {});
    return all;
}

async function source(file, all) {
    const [bytes] = all ? WebAssembly.Module.customSections(await all, file) : [];
    return bytes ? new Response(bytes, { headers: { 'Content-Type': 'application/wasm' } }) : fetched(file);
}

// After a failure the next attempt begins anew.
function load(file, needed, all) {
    let loading = loads.get(file);
    if (loading === undefined) {
        const bytes = source(file, all);
        bytes.catch(() => {});
        loading = Promise.all(needed.map((other) => load(other, [], all))).then(() =>
            WebAssembly.instantiateStreaming(bytes, getSharedImports()),
        );
        loading.catch(() => loads.delete(file));
        loads.set(file, loading);
    }
    return loading;
}

function part(name) {
    const file = `split_${name}.wasm`;
    const bit = 1n << BigInt(PARTS.indexOf(name));
    const needed = CHUNKS.flatMap((parts, place) => (BigInt(`0x${parts}`) & bit ? [`chunk_${FIRST_CHUNK + place}.wasm`] : []));
    return async (callback, data) => {
        let loaded = true;
        try {
            await load(file, needed, loads.has(file) ? undefined : bundle(name, bit));
            there.push(name);
        } catch (error) {
            console.error(error);
            loaded = false;
        }
        getSharedImports().__wasm_split.__indirect_function_table.get(callback)(data, loaded);
    };
}
