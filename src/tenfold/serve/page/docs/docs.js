// The API as openapi.json describes it: each route with what it takes, what it answers, and an example to copy.

const at = (id) => document.getElementById(id);

const VERBS = ["get", "post", "put", "delete"];
const MOST_DEPTH = 6; // of examples within examples

let components = {};

function element(name, text = "", kind = "") {
  const made = Object.assign(document.createElement(name), { textContent: text });
  if (kind) made.className = kind;
  return made;
}

// Words in which code stands between backticks.
function prose(name, text) {
  const made = element(name);
  made.append(...text.split("`").map((part, place) => (place % 2 ? element("code", part) : part)));
  return made;
}

const resolved = (schema = {}) => (schema.$ref ? components[schema.$ref.split("/").pop()] ?? {} : schema);

// An example of a schema: its own, or one made of those of its parts.
function exampleOf(given, depth = 0) {
  const schema = resolved(given);
  if (given.example !== undefined) return given.example;
  const own = given.examples?.[0] ?? schema.example ?? schema.examples?.[0] ?? schema.default;
  if (own !== undefined) return own;
  if (depth > MOST_DEPTH) return null;
  if (schema.enum) return schema.enum[0];
  const choice = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choice) return exampleOf(choice[0], depth + 1);
  if (schema.properties) return Object.fromEntries(Object.entries(schema.properties).map(([name, part]) => [name, exampleOf(part, depth + 1)]));
  if (schema.type === "array") return schema.items ? [exampleOf(schema.items, depth + 1)] : [];
  return { string: "…", integer: 1, number: 0.5, boolean: true }[schema.type] ?? null;
}

// What kind of value it is, in a word or two.
function kindOf(given) {
  const schema = resolved(given);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return [...new Set(choice.map(kindOf))].filter((kind) => kind !== "null").join(" or ");
  if (schema.format === "binary") return "file";
  if (schema.type === "array") return `list of ${kindOf(schema.items ?? {})}`;
  return schema.type ?? "any";
}

function terms(pairs) {
  const list = element("dl");
  for (const [name, words] of pairs) list.append(element("dt", name), prose("dd", words));
  return list;
}

const sentences = (...parts) => parts.filter(Boolean).map((part) => part.replace(/[.]?$/, ".")).join(" ");

function takes({ parameters = [], requestBody }) {
  const parts = [];
  if (parameters.length) {
    parts.push(element("h3", "Parameters"), terms(parameters.map(({ name, in: where, required, description, schema }) => [
      name, sentences(`${kindOf(schema)}, in the ${where}${required ? ", required" : ""}`, description ?? schema?.description),
    ])));
  }
  if (requestBody) {
    const body = Object.entries(requestBody.content);
    parts.push(element("h3", "Body"), terms(body.map(([type, { schema = {} }]) => [type, sentences(kindOf(schema), resolved(schema).description)])));
    for (const [type, { schema = {} }] of body) {
      const fields = Object.entries(resolved(schema).properties ?? {});
      if (fields.length) parts.push(element("h3", `Fields of ${type}`), terms(fields.map(([name, part]) => [name, sentences(kindOf(part), part.description)])));
    }
  }
  return parts;
}

function answers(responses) {
  const parts = [element("h3", "Answers")];
  parts.push(terms(Object.entries(responses).map(([status, { description }]) => [status, description])));
  const [, fine] = Object.entries(responses).find(([status]) => status.startsWith("2")) ?? [];
  const json = fine?.content?.["application/json"];
  if (json?.schema && Object.keys(json.schema).length) {
    const example = element("pre", JSON.stringify(json.example ?? exampleOf(json.schema), null, 2));
    Object.assign(example, { tabIndex: 0 });
    example.setAttribute("role", "group");
    example.setAttribute("aria-label", "An answer");
    parts.push(element("h3", "An answer"), example);
  }
  return parts;
}

function route(path, verb, operation) {
  const part = element("section", "", "route");
  part.id = operation.operationId;
  const title = element("h2");
  title.append(element("span", verb.toUpperCase(), "verb"), ` ${path}`);
  const words = (operation.description ?? operation.summary ?? "").split(/\n\s*\n/).map((text) => prose("p", text.replaceAll(/\s+/g, " ")));
  part.append(title, ...words, ...takes(operation), ...answers(operation.responses));
  return part;
}

try {
  const answer = await fetch("../openapi.json");
  if (!answer.ok) throw new Error(answer.statusText);
  const { info, paths, components: parts } = await answer.json();
  components = parts?.schemas ?? {};
  at("about").textContent = `${info.description} Version ${info.version}.`;
  for (const [path, operations] of Object.entries(paths)) {
    for (const verb of VERBS.filter((each) => operations[each])) {
      at("routes").append(route(path, verb, operations[verb]));
      const link = Object.assign(element("a"), { href: `#${operations[verb].operationId}` });
      link.append(element("span", verb.toUpperCase(), "verb"), ` ${path}`);
      at("contents").append(link);
    }
  }
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
} catch {
  at("trouble").textContent = "openapi.json cannot be read. Is the server running?";
  at("trouble").hidden = false;
}
