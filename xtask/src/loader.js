
// A page is made of dozens of files that it shares with others. Each by itself compresses badly, and asks for a request.
// So what is wanted first comes with all that it needs in one file: a WebAssembly module that is empty but for custom
// sections, of which each holds a file. What is often wanted after another part comes in one file too, which holds what
// that part has not brought. For the rest, what is still missing is fetched one by one.
const loads = new Map();
const there = [];

const fetched = (file) => fetch(new URL(file, import.meta.url));

// Whether the bit for a part, by its place, is set in a number. There may be more of them than `&` sees.
const has = (set, place) => (set / 2 ** place) % 2 >= 1;
const number = (text) => parseInt(text, 16);
const chunks = CHUNKS.map(number);

function bundle(place) {
    // After that of the parts there which has brought most of what this one needs.
    const brought = (other) => chunks.filter((parts) => has(parts, place) && has(parts, other)).length;
    const after = there.filter((other) => has(number(AFTER[other] ?? 0), place));
    const [before] = after.sort((a, b) => brought(b) - brought(a));
    if (there.length && before === undefined) return undefined;
    const all = WebAssembly.compileStreaming(fetched(`${PARTS[before] ?? 'first'}-${PARTS[place]}.wasm`));
    all.catch(() => {});
    return all;
}

async function source(file, all) {
    const [bytes] = all ? WebAssembly.Module.customSections(await all, file) : [];
    return bytes ?? (await fetched(file)).arrayBuffer();
}

// After a failure the next attempt begins anew.
function load(file, needed, all) {
    let loading = loads.get(file);
    if (loading === undefined) {
        const bytes = source(file, all);
        bytes.catch(() => {});
        loading = Promise.all(needed.map((other) => load(other, [], all))).then(async () =>
            WebAssembly.instantiate(await bytes, getSharedImports()),
        );
        loading.catch(() => loads.delete(file));
        loads.set(file, loading);
    }
    return loading;
}

function part(name, place) {
    const file = `split_${name}.wasm`;
    const needed = chunks.flatMap((parts, chunk) => (has(parts, place) ? [`chunk_${FIRST_CHUNK + chunk}.wasm`] : []));
    return async (callback, data) => {
        let loaded = true;
        try {
            await load(file, needed, loads.has(file) ? undefined : bundle(place));
            there.push(place);
        } catch (error) {
            console.error(error);
            loaded = false;
        }
        getSharedImports().__wasm_split.__indirect_function_table.get(callback)(data, loaded);
    };
}
