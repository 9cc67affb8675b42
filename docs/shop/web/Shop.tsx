import { useCallback, useMemo } from "react";
import { ConvexProviderWithAuth, ConvexReactClient } from "convex/react";
import { Shelf } from "./Shelf";

const client = new ConvexReactClient("https://shop.example.com");

/** What your login library knows about the user. */
declare function useLogin(): {
  isLoading: boolean;
  isLoggedIn: boolean;
  token(fresh: boolean): Promise<string | null>;
};

function useAuth() {
  const { isLoading, isLoggedIn, token } = useLogin();
  const fetchAccessToken = useCallback(
    ({ forceRefreshToken }: { forceRefreshToken: boolean }) => token(forceRefreshToken),
    [token],
  );
  return useMemo(
    () => ({ isLoading, isAuthenticated: isLoggedIn, fetchAccessToken }),
    [isLoading, isLoggedIn, fetchAccessToken],
  );
}

export function Shop() {
  return (
    <ConvexProviderWithAuth client={client} useAuth={useAuth}>
      <Shelf category="kitchen" address={{ street: "Dorset Street 1", city: "London" }} />
    </ConvexProviderWithAuth>
  );
}
