// Compiles MJML documents, a JSON list on standard input, to HTML, a JSON list on standard output. A fault ends it.
import mjml from 'mjml';

let text = '';
for await (const part of process.stdin) text += part;
const options = { fonts: {}, keepComments: true, validationLevel: 'strict' };
process.stdout.write(JSON.stringify(JSON.parse(text).map((source) => mjml(source, options).html)));
