import type { Plugin } from "vite";

/** What Airflow's UI shares with plugins, by package: the name of the global that holds it. */
const GLOBALS: Record<string, string> = {
  react: "React",
  "react-dom": "ReactDOM",
  "react/jsx-runtime": "ReactJSXRuntime",
  "react-router-dom": "ReactRouterDOM",
  "@chakra-ui/react": "ChakraUI",
  "@emotion/react": "EmotionReact",
};
const PREFIX = "\0host:";

/**
 * Takes React, Chakra and the router from the page instead of bundling them.
 *
 * `output.globals` of Rollup has no effect on ES modules, so each package becomes a module that
 * exports the members of the global; their names are read from the installed package, whose
 * version is that of the host.
 */
export function hostModules(): Plugin {
  return {
    name: "bookflow-host-modules",
    enforce: "pre",
    resolveId: (source) => (source in GLOBALS ? PREFIX + source : undefined),
    load: async (id) => {
      if (!id.startsWith(PREFIX)) return undefined;
      const name = id.slice(PREFIX.length);
      const members = Object.keys((await import(name)) as object).filter(
        (member) => member !== "default" && /^[\w$]+$/.test(member) && member !== "module.exports",
      );
      const lines = members.map((member) => `export const ${member} = host.${member};`);
      return `const host = globalThis.${GLOBALS[name]};\nexport default host;\n${lines.join("\n")}`;
    },
  };
}
