import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["dist", "src/api/schema.d.ts"] },
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [hooks.configs.flat["recommended-latest"], a11y.flatConfigs.strict],
    rules: {
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      complexity: ["error", 12],
      "max-lines": ["error", { max: 250, skipBlankLines: true }],
      "no-console": "error",
    },
  },
);
