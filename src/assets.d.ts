/** Texts kept beside the code (tool descriptions, prompts); the bundler inlines them. */
declare module '*.md' {
  const text: string;
  export default text;
}
