import sys

from convex import ConvexClient, ConvexError

client = ConvexClient(sys.argv[1])
for products in client.subscribe("products:list", {"category": "kitchen"}):
    print([f"{product['sku']}: {int(product['stock'])} left" for product in products])
    break

try:
    client.mutation("purchases:buy", {
        "sku": "mug", "quantity": 1, "address": {"street": "Dorset Street 1", "city": "London"},
    })
except ConvexError as error:
    print(error.data["code"])
