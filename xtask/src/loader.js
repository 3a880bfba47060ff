
// A page is made of dozens of files that it shares with others. Each by itself compresses badly, and asks for a request.
// So what is wanted first comes with all that it needs in one file: a WebAssembly module that is empty but for custom
// sections, of which each holds a file. Later on only what is still missing is fetched.
let first;

const loads = new Map();

function source(file) {
    const fetched = (name) => fetch(new URL(name, import.meta.url));
    if (first === undefined && file.startsWith('split_')) {
        first = WebAssembly.compileStreaming(fetched(file.replace('split_', 'first_')));
        first.catch(() => {
            first = undefined;
        });
    }
    if (first === undefined) {
        return fetched(file);
    }
    return first.then((all) => {
        const [bytes] = WebAssembly.Module.customSections(all, file);
        return bytes ? new Response(bytes, { headers: { 'Content-Type': 'application/wasm' } }) : fetched(file);
    });
}

// After a failure the next attempt begins anew.
function load(file, needed) {
    let loading = loads.get(file);
    if (loading === undefined) {
        // Asked for before what it needs, so that it is known what comes first.
        const bytes = source(file);
        bytes.catch(() => {});
        loading = Promise.all(needed.map((other) => load(other, []))).then(() =>
            WebAssembly.instantiateStreaming(bytes, getSharedImports()),
        );
        loading.catch(() => loads.delete(file));
        loads.set(file, loading);
    }
    return loading;
}

function part(name) {
    const bit = 1n << BigInt(PARTS.indexOf(name));
    const needed = CHUNKS.flatMap((parts, place) => (BigInt(`0x${parts}`) & bit ? [`chunk_${FIRST_CHUNK + place}.wasm`] : []));
    return async (callback, data) => {
        let loaded = true;
        try {
            await load(`split_${name}.wasm`, needed);
        } catch (error) {
            console.error(error);
            loaded = false;
        }
        getSharedImports().__wasm_split.__indirect_function_table.get(callback)(data, loaded);
    };
}

