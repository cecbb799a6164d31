/** What we use of pdfkit 0.20 beyond what its types say. */
declare namespace PDFKit {
  interface PDFDocument {
    /** The catalog (ISO 32000-1 §7.7.2). */
    readonly _root: { readonly data: { AF?: unknown[] } };
  }

  interface PDFKitReference {
    /** Without a stream. */
    end(): void;
  }

  namespace Mixins {
    interface PDFFont {
      /** A font that is open already, or whatever lays out text as one does. */
      registerFont(name: string, font: { layout(text: string): object }): this;
    }

    interface StructureElementOptions {
      /** Of a table's heading. */
      scope?: 'Column' | 'Row';
    }
  }
}
