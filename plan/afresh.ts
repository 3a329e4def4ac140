/**
 * Loads the program once more in the same process: a module runs only once, but tests and generators plan several
 * stacks. Works with modules that Node loads from their files, so not inside a bundle.
 */
export function loadProgramAfresh(): Promise<unknown> {
  delete require.cache[require.resolve("../index")];
  return import("../index");
}
