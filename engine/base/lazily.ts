// An object whose fields are made when they are first asked for, each once.

export function lazily<Made extends object>(makers: { readonly [Field in keyof Made]-?: () => Made[Field] }): Made {
  const made = {} as Made;
  for (const field of Object.keys(makers) as (keyof Made)[]) {
    Object.defineProperty(made, field, {
      enumerable: true,
      configurable: true,
      get: () => {
        const value = makers[field]();
        Object.defineProperty(made, field, { enumerable: true, value });
        return value;
      },
    });
  }
  return made;
}
