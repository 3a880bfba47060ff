
// A page is made of dozens of parts that it shares with others. Each by itself compresses badly, and asks for a request.
// So what is wanted first comes with all that it needs in one file: a WebAssembly module that is empty but for custom
// sections, of which each holds a part. Later on only what is still missing is fetched.
let first;

function source(url) {
    const part = url.pathname.split('/').pop();
    if (first === undefined && part.startsWith('split_')) {
        first = WebAssembly.compileStreaming(fetch(new URL(part.replace('split_', 'first_'), url)));
        first.catch(() => {
            first = undefined;
        });
    }
    if (first === undefined) {
        return fetch(url);
    }
    return first.then((all) => {
        const [bytes] = WebAssembly.Module.customSections(all, part);
        return bytes ? new Response(bytes, { headers: { 'Content-Type': 'application/wasm' } }) : fetch(url);
    });
}
