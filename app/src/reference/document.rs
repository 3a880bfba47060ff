//! What the page tells of an `OpenAPI` document, picked out of it.

use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// How deep the fields of a body are told.
const DEPTH: usize = 3;
/// The media type of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// A part of the reference: what can be done with one sort of thing.
#[derive(Clone)]
pub struct Section {
    /// Its name, such as `service_account`.
    pub tag: String,
    /// What it is about.
    pub about: String,
    /// Its operations, in the order of the document.
    pub operations: Vec<Operation>,
}

/// A method on a path.
#[derive(Clone, Default)]
pub struct Operation {
    /// Its name in the document, such as `listUsers`.
    pub id: String,
    /// In capitals.
    pub method: String,
    /// With `{…}` for what varies.
    pub path: String,
    /// What it does, in a line.
    pub summary: String,
    /// More about it; often empty.
    pub about: String,
    /// Who may call it.
    pub callers: Vec<Caller>,
    /// What is sent beside the body.
    pub parameters: Vec<Field>,
    /// The headers that it must have, each with a value as it may be.
    pub headers: Vec<(String, String)>,
    /// The body that it takes.
    pub body: Option<Body>,
    /// How it answers.
    pub answers: Vec<Answer>,
    /// All by which it is found, in small letters.
    pub words: String,
}

/// A way to say who calls.
#[derive(Clone, PartialEq, Eq)]
pub struct Caller {
    /// Its name in the document: `session`, `token`, `basic`, `api_key`; empty for anybody.
    pub scheme: String,
    /// What it must be allowed to.
    pub scopes: Vec<String>,
}

/// A value with a name.
#[derive(Clone)]
pub struct Field {
    /// Its name; a dot leads into what is inside of another.
    pub name: String,
    /// What it is, such as `string or null`.
    pub kind: String,
    /// Whether it must be there, in a word or two; empty if it need not.
    pub needed: &'static str,
    /// What it means.
    pub about: String,
}

/// A body.
#[derive(Clone)]
pub struct Body {
    /// Such as `application/json`.
    pub media_type: String,
    /// What is in it.
    pub fields: Vec<Field>,
    /// One as it may be, of a form a field a line; empty if the document has none.
    pub example: String,
}

/// An answer.
#[derive(Clone)]
pub struct Answer {
    /// Its status.
    pub status: String,
    /// When it is given.
    pub about: String,
    /// Its body, unless it is a problem.
    pub body: Option<Body>,
    /// The codes of the problems that it may be.
    pub codes: Vec<String>,
}

/// The sections of a document; nothing if it is none.
pub fn sections(text: &str) -> Option<Vec<Section>> {
    let root = JSON::parse(text).ok()?;
    let root = Node {
        value: root.clone(),
        root,
        told: None,
    };
    let mut sections: Vec<_> = root
        .items("tags")
        .into_iter()
        .map(|tag| Section {
            tag: tag.text("name"),
            about: tag.text("description"),
            operations: vec![],
        })
        .collect();
    for (path, methods) in root.members("paths") {
        for (method, node) in methods.entries() {
            let tag = node.items("tags").first().map(Node::as_text);
            let place = sections
                .iter_mut()
                .find(|section| Some(&section.tag) == tag.as_ref());
            if let Some(section) = place {
                let mut operation = operation(&path, &method, &node);
                operation.words = operation.told(&section.tag).to_lowercase();
                section.operations.push(operation);
            }
        }
    }
    sections.retain(|section| !section.operations.is_empty());
    (!sections.is_empty()).then_some(sections)
}

fn operation(path: &str, method: &str, node: &Node) -> Operation {
    let callers = node.items("security").into_iter().filter_map(|way| {
        // Of several that go together the first stands for all.
        let first = way.entries().into_iter().next();
        first.map(|(scheme, scopes)| Caller {
            scheme,
            scopes: scopes.list().iter().map(Node::as_text).collect(),
        })
    });
    let parameters = node.items("parameters");
    let headers = parameters.iter().filter(|node| {
        let is_header = node.text("in") == "header";
        is_header && node.at("required").value.is_truthy()
    });
    Operation {
        id: node.text("operationId"),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: node.text("summary"),
        about: node.text("description"),
        callers: callers.collect(),
        parameters: parameters.iter().map(parameter).collect(),
        headers: headers
            .map(|node| (node.text("name"), node.at("schema").value_as_it_may_be()))
            .collect(),
        body: node
            .members("requestBody.content")
            .into_iter()
            .next()
            .map(body),
        answers: node
            .members("responses")
            .into_iter()
            .map(|(status, answer)| self::answer(status, &answer))
            .collect(),
        words: String::new(),
    }
}

impl Operation {
    /// What one may know of it, as one text; what it answers stands behind a line break, each name between blanks.
    fn told(&self, tag: &str) -> String {
        let scopes = self.callers.iter().flat_map(|caller| &caller.scopes);
        let fields = self.body.iter().flat_map(|body| &body.fields);
        let names = self.parameters.iter().chain(fields);
        let words = [&self.method, &self.path, &self.summary, &self.id]
            .into_iter()
            .chain(scopes)
            .chain(names.map(|field| &field.name));
        let told = words.fold(tag.to_owned(), |told, word| told + " " + word) + "\n ";
        let answers = self.answers.iter();
        let codes = answers.clone().flat_map(|answer| &answer.codes);
        let bodies = answers.filter_map(|answer| answer.body.as_ref());
        let fields = bodies.flat_map(|body| &body.fields);
        let answered = codes.chain(fields.map(|field| &field.name));
        answered.fold(told, |told, word| told + word + " ")
    }
}

fn parameter(node: &Node) -> Field {
    let schema = node.at("schema");
    Field {
        name: node.text("name"),
        kind: [&schema.kind(), ", ", &node.text("in")].concat(),
        needed: if node.at("required").value.is_truthy() {
            "required"
        } else {
            ""
        },
        about: node.text("description") + &schema.choices(),
    }
}

fn body((media_type, content): (String, Node)) -> Body {
    let schema = content.at("schema");
    let example = content
        .at("example")
        .or(|| schema.items("examples").into_iter().next());
    let mut fields = vec![];
    schema.fields("", DEPTH, &mut fields);
    let example = example.map_or_else(String::new, |example| match media_type.as_str() {
        FORM => example.written_as_form(),
        _ => example.written(),
    });
    Body {
        media_type,
        fields,
        example,
    }
}

fn answer(status: String, node: &Node) -> Answer {
    let content = node.members("content").into_iter().next();
    let is_problem = content
        .as_ref()
        .is_some_and(|(media_type, _)| media_type == "application/problem+json");
    let codes = content
        .iter()
        .filter(|_| is_problem)
        .flat_map(|(_, content)| {
            let examples = content.members("examples").into_iter();
            examples.map(|(name, _)| name)
        });
    Answer {
        status,
        about: node.text("description"),
        codes: codes.collect(),
        body: content.filter(|_| !is_problem).map(body),
    }
}

/// A place in the document.
#[derive(Clone)]
struct Node {
    root: JsValue,
    value: JsValue,
    /// What the reference that led here says about it.
    told: Option<String>,
}

impl Node {
    fn here(&self, value: JsValue) -> Self {
        let root = self.root.clone();
        let told = None;
        Self { root, value, told }.followed()
    }

    /// What a reference leads to.
    fn followed(self) -> Self {
        let reference = Reflect::get(&self.value, &"$ref".into()).ok();
        let Some(reference) = reference.and_then(|reference| reference.as_string()) else {
            return self;
        };
        let steps = reference.split('/').skip(1);
        let value = steps.fold(self.root.clone(), |value, step| {
            let name = step.replace("~1", "/").replace("~0", "~");
            Reflect::get(&value, &name.into()).unwrap_or_default()
        });
        let told = Reflect::get(&self.value, &"description".into()).ok();
        let told = told.and_then(|told| told.as_string());
        Self {
            value,
            told,
            ..self
        }
    }

    /// What it means, with the values that it can only be.
    fn about(&self) -> String {
        let told = self.told.clone();
        told.unwrap_or_else(|| self.text("description")) + &self.choices()
    }

    /// What lies behind `path`, whose steps are parted by dots.
    fn at(&self, path: &str) -> Self {
        path.split('.').fold(self.clone(), |node, name| {
            let value = Reflect::get(&node.value, &name.into()).unwrap_or_default();
            node.here(value)
        })
    }

    /// Itself, or something else if it is not there.
    fn or(self, other: impl FnOnce() -> Option<Self>) -> Option<Self> {
        if self.value.is_undefined() {
            other()
        } else {
            Some(self)
        }
    }

    fn as_text(&self) -> String {
        self.value.as_string().unwrap_or_default()
    }

    fn text(&self, path: &str) -> String {
        self.at(path).as_text()
    }

    fn list(&self) -> Vec<Self> {
        let values = self.value.dyn_ref::<Array>();
        let values = values.into_iter().flat_map(Array::iter);
        values.map(|value| self.here(value)).collect()
    }

    fn items(&self, path: &str) -> Vec<Self> {
        self.at(path).list()
    }

    fn entries(&self) -> Vec<(String, Self)> {
        let Some(object) = self.value.dyn_ref::<Object>() else {
            return vec![];
        };
        let keys = Object::keys(object).into_iter();
        keys.filter_map(|key| {
            let value = Reflect::get(object, &key).ok()?;
            Some((key.as_string()?, self.here(value)))
        })
        .collect()
    }

    fn members(&self, path: &str) -> Vec<(String, Self)> {
        self.at(path).entries()
    }

    /// As JSON, indented.
    fn written(&self) -> String {
        JSON::stringify_with_replacer_and_space(&self.value, &JsValue::NULL, &2.into())
            .map(String::from)
            .unwrap_or_default()
    }

    /// As the fields of a form, one a line.
    fn written_as_form(&self) -> String {
        let line = |(name, value): (String, Self)| [&name, "=", &value.as_text()].concat();
        let lines: Vec<_> = self.entries().into_iter().map(line).collect();
        lines.join("\n")
    }

    /// A text that fits this schema; empty if it has neither an example nor but one value.
    fn value_as_it_may_be(&self) -> String {
        let example = self.items("examples").into_iter().next();
        example.map_or_else(|| self.text("const"), |example| example.as_text())
    }

    /// The forms that are told apart in a schema.
    fn alternatives(&self) -> Vec<Self> {
        let names = ["oneOf", "anyOf"].iter();
        names.flat_map(|name| self.items(name)).collect()
    }

    /// The forms that a schema may take.
    fn forms(&self) -> Vec<Self> {
        let forms = self.alternatives();
        if forms.is_empty() {
            vec![self.clone()]
        } else {
            forms
        }
    }

    /// What a value of this schema is, in words.
    fn kind(&self) -> String {
        let mut kinds: Vec<String> = vec![];
        for form in self.forms() {
            let types = form.at("type");
            let names = match types.value.as_string() {
                Some(one) => vec![one],
                None => types.list().iter().map(Self::as_text).collect(),
            };
            for name in names {
                let kind = match name.as_str() {
                    "array" => ["list of ", &form.at("items").kind(), "s"].concat(),
                    _ => name,
                };
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
        }
        match kinds.len() {
            0 => "value".to_owned(),
            _ => kinds.join(" or "),
        }
    }

    /// The values that it can only be, as the end of a sentence.
    fn choices(&self) -> String {
        let choices: Vec<_> = self
            .forms()
            .iter()
            .flat_map(|form| form.items("enum"))
            .map(|choice| choice.as_text())
            .collect();
        if choices.is_empty() {
            String::new()
        } else {
            [" One of ", &choices.join(", "), "."].concat()
        }
    }

    /// The names of the fields that must be there.
    fn required(&self) -> Vec<String> {
        self.items("required").iter().map(Self::as_text).collect()
    }

    /// The fields of an object, those of objects inside it after it.
    fn fields(&self, above: &str, depth: usize, fields: &mut Vec<Field>) {
        let alternatives = self.alternatives();
        // What all forms have stands beside them; each may then ask for another part of it.
        let one_of: Vec<_> = alternatives.iter().flat_map(Self::required).collect();
        self.own_fields(&one_of, above, depth, fields);
        for form in alternatives {
            form.own_fields(&[], above, depth, fields);
        }
    }

    /// The same without what its forms have.
    fn own_fields(&self, one_of: &[String], above: &str, depth: usize, fields: &mut Vec<Field>) {
        // Of a list, those of what is in it.
        if self.text("type") == "array" {
            return self.at("items").fields(above, depth, fields);
        }
        let needed = self.required();
        for (name, schema) in self.members("properties") {
            let full = [above, &name].concat();
            // Of several forms each may have it.
            if fields.iter().any(|field| field.name == full) {
                continue;
            }
            fields.push(Field {
                kind: schema.kind(),
                needed: if needed.contains(&name) {
                    "required"
                } else if one_of.contains(&name) {
                    "one is required"
                } else {
                    ""
                },
                about: schema.about(),
                name: full.clone(),
            });
            if depth > 1 {
                schema.fields(&[&full, "."].concat(), depth - 1, fields);
            }
        }
    }
}
